import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path)).map((path) => path.replaceAll('\\', '/'));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const importsOf = (path: string) => [...textOf(path).matchAll(/from '([^']+)'|import '([^']+)'|import\('([^']+)'\)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
const folderOf = (path: string, target: string) => relative(root, join(root, dirname(path), target)).split(/[\\/]/)[0] ?? '';

test('core knows neither React nor any view, but the words of the page', () => {
  const wrong = files.filter((path) => path.startsWith('core/') && !path.endsWith('.test.ts'))
    .flatMap((path) => importsOf(path).filter((target) => !target.startsWith('.') || !['core', 'strings.en'].includes(folderOf(path, target))).map((target) => `${path} → ${target}`));
  expect(wrong).toEqual([]);
});

test('a view knows core and parts, and no other view', () => {
  const views = ['create', 'gallery', 'queue', 'editor', 'train', 'learn'];
  const wrong = files.filter((path) => views.some((view) => path.startsWith(`${view}/`))).flatMap((path) =>
    importsOf(path).filter((target) => target.startsWith('.')).map((target) => folderOf(path, target))
      .filter((folder) => views.includes(folder) && !path.startsWith(`${folder}/`)).map((folder) => `${path} → ${folder}`));
  expect(wrong).toEqual([]);
});

test('no file is over 350 lines', () => {
  expect(files.filter((path) => textOf(path).split('\n').length > 350)).toEqual([]);
});
