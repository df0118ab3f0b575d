import { strings } from '../strings.en';
import { dismiss, toasts } from './toasts';
import { useStore } from './useStore';

export function Toasts() {
  const all = useStore(toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {all.map((toast) => (
        <div key={toast.id} className={toast.bad ? 'toast bad-news' : 'toast'}>
          <span className="grow">{toast.text}</span>
          {toast.action && (
            <button onClick={() => { toast.action?.act(); dismiss(toast.id); }}>{toast.action.label}</button>
          )}
          <button className="plain icon" aria-label={strings.close} onClick={() => dismiss(toast.id)}>×</button>
        </div>
      ))}
    </div>
  );
}
