// What `#wasm` is: dist/wasm/modules.js, which scripts/build-wasm.mjs writes for browsers.

/** The files of dist/wasm, by their path in the package: compressed by gzip, as base64. */
export const modules: Readonly<Record<string, string>>;
