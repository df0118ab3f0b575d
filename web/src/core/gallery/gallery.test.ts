import { expect, test } from 'vitest';
import type { Picture } from '../api/dto';
import { bin, chosen, emptyGallery, everything, neighbours, nextOf, withPage, withPicture, without } from './gallery';

const picture = (id: string, createdAt: string): Picture => ({
  id, createdAt, jobId: null, url: '', width: 1, height: 1, prompt: '', seed: 0, settings: {}, infotext: '', favourite: false, deletedAt: null,
});
const [a, b, c] = [picture('a', '2026-03'), picture('b', '2026-02'), picture('c', '2026-01')] as const;
const ids = (gallery: { pictures: readonly Picture[] }) => gallery.pictures.map(({ id }) => id).join('');

test('pages follow each other without repeating a picture', () => {
  const first = withPage(emptyGallery(everything), { items: [a, b], nextCursor: '2' });
  const all = withPage(first, { items: [b, c], nextCursor: null });
  expect([ids(all), first.complete, all.complete]).toEqual(['abc', false, true]);
});

test('a picture that is deleted and restored is where it was', () => {
  const all = withPage(emptyGallery(everything), { items: [a, b, c], nextCursor: null });
  expect(ids(without(all, 'b'))).toBe('ac');
  expect(ids(withPicture(without(all, 'b'), b))).toBe('abc');
  expect(ids(withPicture(without(all, 'c'), c))).toBe('abc');
});

test('the next page is asked for of the same search, and of the bin where it is the bin', () => {
  const first = withPage(emptyGallery({ ...bin, q: 'cat' }), { items: [a], nextCursor: '2' });
  expect(nextOf(first)).toMatchObject({ q: 'cat', deleted: true, cursor: '2' });
  expect(nextOf(first).favourite).toBeUndefined();
  expect(nextOf(emptyGallery(everything)).deleted).toBeUndefined();
});

test('neighbours end at the ends', () => {
  const all = withPage(emptyGallery(everything), { items: [a, b], nextCursor: null });
  expect(neighbours(all, 'a')).toEqual({ before: null, after: b });
  expect(neighbours(all, 'gone')).toEqual({ before: null, after: null });
});

test('a third to compare lets go of the first', () => {
  expect(chosen(chosen(chosen([], a), b), c)).toEqual([b, c]);
  expect(chosen([a, b], { ...a, favourite: true })).toEqual([b]);
});
