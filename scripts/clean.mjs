// Removes everything that a build makes.

import { rmSync } from 'node:fs';
import { at, cacheDirectory } from './support/paths.mjs';

for (const path of [
  at('dist'),
  at('build'),
  at('coverage'),
  at('docs', 'api'),
  at('native', 'build'),
  cacheDirectory,
]) {
  rmSync(path, { recursive: true, force: true });
}
