// Finds the headers that a native build needs.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Directory with the headers of the running Node, where they were installed with it (most distributions and the
 * official archives do), so that node-gyp has nothing to download.
 */
export function findHeaders() {
  for (const prefix of [process.env.npm_config_nodedir, join(dirname(process.execPath), '..')]) {
    if (!prefix) continue;
    const include = join(prefix, 'include', 'node');
    if (!existsSync(join(include, 'common.gypi')) || !existsSync(join(include, 'node_version.h'))) continue;
    const version = readFileSync(join(include, 'node_version.h'), 'utf8');
    const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map(
      (part) => version.match(new RegExp(`#define NODE_${part}_VERSION (\\d+)`))?.[1],
    );
    if (`${major}.${minor}.${patch}` === process.versions.node) return prefix;
  }
  return undefined;
}
