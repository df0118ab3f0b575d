export function LearnView({ id }: { readonly id: string | null }) { return id; }
