// What npm runs where Hebb is installed: uses the prebuilt addon if one fits this machine, else compiles one. It never
// fails (unless HEBB_REQUIRE names `native`): without an addon Hebb runs on WebAssembly, and `hebb doctor` says why.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { at, isCheckout } from './support/paths.mjs';
import { buildNativeAndTell } from './build-native.mjs';

function prebuiltLoads() {
  const path = at('prebuilds', `${process.platform}-${process.arch}`, 'hebb.node');
  if (!existsSync(path)) return false;
  try {
    createRequire(import.meta.url)(path);
    return true;
  } catch {
    return false; // another C library, say: compile
  }
}

if (isCheckout() || !prebuiltLoads()) process.exitCode = buildNativeAndTell();
