// Where things are, and small helpers shared by the build scripts. Plain Node, no dependency: an installed package
// runs some of these before anything else is there.

import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root directory of the package. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Absolute path of something inside the package. */
export const at = (...parts) => join(root, ...parts);

/** Scratch space for the scripts; never shipped, safe to delete. */
export const cacheDirectory = at('node_modules', '.cache', 'hebb');

/** Whether this is a checkout of the repository (and not an installed package, which has no sources). */
export const isCheckout = () => existsSync(at('src')) && existsSync(at('tsconfig.build.json'));

/** Backends that must be there (HEBB_REQUIRE=native,wasm): a failed build of one of them is then an error. */
export const required = () =>
  new Set(
    (process.env.HEBB_REQUIRE ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  );

/** Whether this module is the script that was started. */
export const isMain = (url) =>
  process.argv[1] !== undefined && fileURLToPath(url) === realpathSync(process.argv[1]);
