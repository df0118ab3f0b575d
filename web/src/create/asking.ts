import { useEffect, useState } from 'react';
import type { Forecast, Settings, Tokens, TokensAsked } from '../core/api/dto';
import { api } from '../parts/studio';

const PATIENCE = 400;

/** Asks the server once nothing has changed for a moment; older answers are dropped. */
function useAsked<T>(key: string, ask: ((signal: AbortSignal) => Promise<T>) | null): T | null {
  const [answer, setAnswer] = useState<T | null>(null);
  useEffect(() => {
    if (ask === null) {
      setAnswer(null);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => ask(stop.signal).then(setAnswer, () => setAnswer(null)), PATIENCE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // The key says all that the question depends on.
  }, [key]);
  return answer;
}

/** How long the settings would take, and whether the memory is enough; null where nobody knows. */
export const useForecast = (settings: Settings): Forecast | null =>
  useAsked(JSON.stringify(settings), settings.prompt ? (signal) => api.forecast(settings, signal) : null);

/** How many tokens a prompt has; null where nobody knows. */
export const useTokens = (asked: TokensAsked): Tokens | null =>
  useAsked(JSON.stringify(asked), asked.prompt?.trim() ? (signal) => api.tokens(asked, signal) : null);
