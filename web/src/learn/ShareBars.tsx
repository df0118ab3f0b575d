/** What a network thinks likely, each with its share. */
export const ShareBars = ({ shares }: { readonly shares: readonly { readonly name: string; readonly share: number }[] }) => (
  <div className="bars">
    {shares.map(({ name, share }) => <ShareBar key={name} name={name} share={share} />)}
  </div>
);

const ShareBar = ({ name, share }: { readonly name: string; readonly share: number }) => (
  <>
    <span>{name}</span>
    <meter min={0} max={1} value={share} aria-label={name} />
    <span>{(100 * share).toFixed(0)} %</span>
  </>
);
