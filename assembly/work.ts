// Which thread this is, and where its work space lies. Mutable globals belong to an instance, and every thread has its
// own.

/** Address of the work space (layout.ts, workArea). */
export let work: usize = 0;

/** Number of this thread: 0 is the one that loads programs. */
export let thread: i32 = 0;

export function setWork(address: usize, number: i32): void {
  work = address;
  thread = number;
}

/** The two numbers that explain an error; a kernel that fails sets them and gives its code. */
export let detail0: i32 = 0;
export let detail1: i32 = 0;

/** Notes what explains an error and gives back its code. */
export function fail(code: i32, first: i32, second: i32): i32 {
  detail0 = first;
  detail1 = second;
  return code;
}

/** The present address of a view. */
// @ts-ignore: decorator
@inline
export function addressIn(plan: usize, field: usize): usize {
  return load<usize>(load<usize>(plan + field));
}

/** A word of a plan. */
// @ts-ignore: decorator
@inline
export function word(plan: usize, field: usize): i32 {
  return load<i32>(plan + field);
}
