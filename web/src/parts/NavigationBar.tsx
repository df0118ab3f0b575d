import { hashOf, views, type View } from '../core/route';
import { strings } from '../strings.en';
import { Icon } from './icons';
import { api, attempt, session } from './studio';
import type { Theme } from './theme';
import { useStore } from './useStore';

interface Props {
  readonly view: View;
  readonly busy: number;
  readonly theme: Theme;
  readonly onTheme: () => void;
}

export function NavigationBar({ view, busy, theme, onTheme }: Props) {
  const toggle = theme === 'dark' ? strings.toLight : strings.toDark;
  return (
    <header className="bar">
      <div className="brand"><img src="./favicon.svg" alt="" /><span>{strings.name}</span></div>
      <nav className="nav" aria-label={strings.navigation}>
        {views.map((name) => (
          <a key={name} href={hashOf(name)} aria-current={name === view ? 'page' : undefined}>
            {strings.views[name]}{name === 'queue' && busy > 0 && <span className="badge">{busy}</span>}
          </a>
        ))}
      </nav>
      <div className="end">
        <button className="plain icon" aria-label={toggle} title={toggle} onClick={onTheme}><Icon name={theme === 'dark' ? 'sun' : 'moon'} /></button>
        <LogOut />
      </div>
    </header>
  );
}

function LogOut() {
  const known = useStore(session);
  if (!known?.authRequired || !known.user) return null;
  const leave = async () => {
    await attempt(() => api.signOut());
    session.set({ user: null, roles: [], authRequired: true });
  };
  return <button onClick={() => void leave()}>{strings.session.logOut(known.user)}</button>;
}
