// The clock, which JavaScript has.

/** Milliseconds since some moment; not the same moment on all threads. */
// @ts-ignore: decorator
@external('env', 'now')
export declare function now(): f64;
