const paths = {
  dice: 'M4 4h16v16H4zM8 8h.01M16 8h.01M12 12h.01M8 16h.01M16 16h.01',
  locked: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  open: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2',
  star: 'm12 3.6 2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z',
  compare: 'M4 5h16v14H4zM12 3v18',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  back: 'M9 14 4 9l5-5M4 9h11a5 5 0 0 1 0 10h-4',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  moon: 'M19 14.5A8 8 0 0 1 9.5 5 8 8 0 1 0 19 14.5z',
} as const;

/** A drawing that says nothing to a screen reader: the button around it has a name. */
export const Icon = ({ name, filled = false }: { readonly name: keyof typeof paths; readonly filled?: boolean }) => (
  <svg className={filled ? 'drawing filled' : 'drawing'} viewBox="0 0 24 24" aria-hidden="true"><path d={paths[name]} /></svg>
);
