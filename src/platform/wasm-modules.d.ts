// What `#wasm` is: dist/wasm/modules.js, which scripts/build-wasm.mjs writes.

/** The builds of the WebAssembly module, by name: compressed by gzip, as base64. */
export const modules: Readonly<Record<string, string>>;
