// What npm runs where Hebb is installed: uses the prebuilt addon if one fits this machine, else compiles one. It never
// fails (unless HEBB_REQUIRE names `native`) and prints one line that says what was chosen: without an addon Hebb runs
// on WebAssembly, and `hebb doctor` says why.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { at, isCheckout, required } from './support/paths.mjs';
import { buildNativeAndTell } from './build-native.mjs';

const place = `prebuilds/${process.platform}-${process.arch}/hebb.node`;

function prebuiltLoads() {
  if (!existsSync(at(place))) return false;
  try {
    createRequire(import.meta.url)(at(place));
    return true;
  } catch {
    return false; // another C library, say: compile
  }
}

try {
  if (!isCheckout() && prebuiltLoads()) console.log(`native: uses the prebuilt ${place}`);
  else process.exitCode = buildNativeAndTell();
} catch (error) {
  // A directory that cannot be written to, say.
  console.log(`native: not built (${error.message}). Hebb falls back to WebAssembly.`);
  if (required().has('native')) process.exitCode = 1;
}
