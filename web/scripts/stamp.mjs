// Says whether web/dist was built from the sources beside it: `write` after a build, `check` fails when it is stale.
// The server's tests compute the same number, so a machine without npm notices a stale page too.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(web, 'dist', 'source.sha256');

function filesOf(folder) {
  return readdirSync(join(web, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesOf(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]);
}

// Everything that reaches the bundle; tests do not. Line ends are made equal, since git may change them.
function sources() {
  const own = [...filesOf('src'), ...filesOf('public')].filter((path) => !/\.test\.tsx?$/.test(path));
  return [...own, 'index.html', 'package-lock.json', 'tsconfig.json', 'vite.config.ts'].sort();
}

function digest() {
  const hash = createHash('sha256');
  for (const path of sources())
    hash.update(`${path}\n${readFileSync(join(web, path), 'utf8').replaceAll('\r\n', '\n')}\n`);
  return hash.digest('hex');
}

if (process.argv[2] === 'write') {
  writeFileSync(stamp, `${digest()}\n`);
} else if (readFileSync(stamp, 'utf8').trim() !== digest()) {
  console.error('web/dist is stale: run `npm ci && npm run build` in web/ and commit web/dist.');
  process.exit(1);
}
