import { lazy, Suspense, useCallback, useEffect, useState, type MouseEvent } from 'react';
import { BIN, hashOf, parseRoute, type Route } from './core/route';
import { inOrder } from './core/jobs';
import { CreateView } from './create/CreateView';
import { BinView } from './gallery/BinView';
import { GalleryView } from './gallery/GalleryView';
import { LearnView } from './learn/LearnView';
import { DropPicture } from './parts/DropPicture';
import { LoginDialog } from './parts/LoginDialog';
import { NavigationBar } from './parts/NavigationBar';
import { api, attempt, connected, jobs, loadNames, session, watch } from './parts/studio';
import { useTheme, type Theme } from './parts/theme';
import { Toasts } from './parts/Toasts';
import { useStore } from './parts/useStore';
import { QueueView } from './queue/QueueView';
import { strings } from './strings.en';
import { TrainView } from './train/TrainView';

// The canvas of the graph is half of the page's code; who never opens it never loads it.
const EditorView = lazy(() => import('./editor/EditorView'));

export function App() {
  const route = useRoute(), [theme, toggleTheme] = useTheme(), known = useStore(session), [workflow, setWorkflow] = useState<unknown>(null);
  const { running, waiting } = inOrder(useStore(jobs)), online = useStore(connected);
  useSession();
  const openWorkflow = useCallback((json: unknown) => {
    setWorkflow(json);
    location.hash = hashOf('graph');
  }, []);
  const locked = known !== null && known.authRequired && known.user === null;
  return (
    <div className="shell">
      <a className="skip button" href="#content" onClick={skip}>{strings.skip}</a>
      <NavigationBar view={route.view} busy={running.length + waiting.length} theme={theme} onTheme={toggleTheme} />
      <main id="content" tabIndex={-1}>
        {!online && known !== null && !locked && <p className="lost" role="status">{strings.lost}</p>}
        {known !== null && !locked && <CurrentView route={route} theme={theme} workflow={workflow} onTaken={() => setWorkflow(null)} />}
      </main>
      <DropPicture onWorkflow={openWorkflow} />
      {locked && <LoginDialog />}
      <Toasts />
    </div>
  );
}

// The address behind the hash is the view's: the link itself must not change it.
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

interface ViewProps {
  readonly route: Route;
  readonly theme: Theme;
  readonly workflow: unknown;
  readonly onTaken: () => void;
}

function CurrentView({ route, theme, workflow, onTaken }: ViewProps) {
  switch (route.view) {
    case 'create': return <CreateView />;
    case 'gallery': return route.id === BIN ? <BinView /> : <GalleryView id={route.id} />;
    case 'queue': return <QueueView />;
    case 'train': return <TrainView />;
    case 'learn': return <LearnView id={route.id} />;
    case 'graph':
      return <Suspense fallback={<p className="view muted">{strings.loading}</p>}><EditorView theme={theme} workflow={workflow} onTaken={onTaken} /></Suspense>;
  }
}

function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = () => setRoute(parseRoute(location.hash));
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  useEffect(() => { document.title = `${strings.views[route.view]} · ${strings.name}`; }, [route.view]);
  return route;
}

// Asks who is there; once that is settled, what there is, and what happens from now on.
function useSession(): void {
  const known = useStore(session), inside = known !== null && (!known.authRequired || known.user !== null);
  useEffect(() => void attempt(() => api.session()).then((found) => { if (found) session.set(found); }), []);
  useEffect(() => {
    if (!inside) return;
    void attempt(loadNames);
    return watch();
  }, [inside]);
}
