import { useState, type FormEvent } from 'react';
import { strings } from '../strings.en';
import { Dialog } from './Dialog';
import { Field } from './fields';
import { api, session } from './studio';

/** Asks for name and password; nothing of the studio is shown before. */
export function LoginDialog() {
  const [user, setUser] = useState(''), [password, setPassword] = useState(''), [problem, setProblem] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    api.signIn(user, password).then(() => api.session()).then(session.set, (error: Error) => setProblem(error.message));
  };
  return (
    <Dialog title={strings.session.title}>
      <form className="stack" onSubmit={submit}>
        <Field label={strings.session.user}><input value={user} autoComplete="username" autoFocus required onChange={(e) => setUser(e.target.value)} /></Field>
        <Field label={strings.session.password}><input type="password" value={password} autoComplete="current-password" required onChange={(e) => setPassword(e.target.value)} /></Field>
        {problem && <p className="bad" role="alert">{problem}</p>}
        <button className="primary">{strings.session.logIn}</button>
      </form>
    </Dialog>
  );
}
