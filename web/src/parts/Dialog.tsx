import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { strings } from '../strings.en';

interface Props {
  readonly title: string;
  readonly onClose?: () => void;
  readonly children: ReactNode;
}

/** The browser's own dialog: it keeps the focus inside and closes with Escape, unless it must be answered. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closed before it is taken away, it gives the focus back to what opened it.
    return () => shown?.close();
  }, []);
  // Not inside whatever opens it: a button in a form would submit that.
  return createPortal(
    <dialog ref={dialog} aria-label={title} onCancel={(e) => { e.preventDefault(); onClose?.(); }}>
      <div className="stack">
        <div className="row spread">
          <h2>{title}</h2>
          {onClose && <button className="plain icon" aria-label={strings.close} onClick={onClose}>×</button>}
        </div>
        {children}
      </div>
    </dialog>,
    document.body,
  );
}
