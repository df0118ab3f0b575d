import { Component, type ReactNode } from 'react';
import { strings } from '../strings.en';

interface State {
  readonly message: string | null;
}

/** Says that the page has failed, where it would otherwise be blank. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  static getDerivedStateFromError = (error: unknown): State => ({ message: String(error) });

  override state: State = { message: null };

  override render(): ReactNode {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <main className="view stack" role="alert">
        <h1>{strings.crashed.title}</h1>
        <p>{strings.crashed.text}</p>
        <p className="small muted">{message}</p>
        <div><button className="primary" onClick={() => location.reload()}>{strings.crashed.reload}</button></div>
      </main>
    );
  }
}
