import { useEffect, useState } from 'react';

export type Theme = 'dark' | 'light';

const KEY = 'pareidolia.theme';

function remembered(): Theme {
  const kept = localStorage.getItem(KEY);
  if (kept === 'dark' || kept === 'light') return kept;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

/** The colours: as the system has them, until somebody chooses. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(remembered);
  useEffect(() => { document.documentElement.dataset['theme'] = theme; }, [theme]);
  const toggle = () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem(KEY, next);
    setTheme(next);
  };
  return [theme, toggle];
}
