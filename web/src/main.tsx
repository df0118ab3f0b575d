import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { ErrorBoundary } from './parts/ErrorBoundary';
import './styles/base.css';
import './styles/shell.css';
import './styles/create.css';
import './styles/gallery.css';

const root = document.getElementById('root');
if (root) createRoot(root).render(<StrictMode><ErrorBoundary><App /></ErrorBoundary></StrictMode>);
