// random: numbers from Philox words. src/contract/philox.ts and random.ts, line by line, to the bit; which words make
// which element stands in src/contract/instructions.ts, the definition is src/backend/js/random.ts.

import {
  dtypeFloat32,
  dtypeFloat64,
  dtypeInt32,
  randomKindNormal,
  randomKindPermutation,
  randomKindUniform,
} from './generated/contract';
import {
  randomPlanCount,
  randomPlanDtype,
  randomPlanHigh,
  randomPlanKind,
  randomPlanLow,
  randomPlanOut,
  randomPlanState,
  randomPlanUnit,
} from '../src/backend/wasm/layout';
import { addressIn, word } from './work';

// The four words of the last block.
let word0: u32 = 0;
let word1: u32 = 0;
let word2: u32 = 0;
let word3: u32 = 0;

/** Ten rounds of Philox 4x32 on counter [block, 0, draw low, draw high]; `state` is key and draw. */
function philox(block: i32, state: usize): void {
  let key0 = load<u32>(state);
  let key1 = load<u32>(state, 4);
  let counter0 = <u32>block;
  let counter1: u32 = 0;
  let counter2 = load<u32>(state, 8);
  let counter3 = load<u32>(state, 12);
  for (let round = 0; round < 10; round++) {
    const product0 = <u64>0xd2511f53 * <u64>counter0;
    const product1 = <u64>0xcd9e8d57 * <u64>counter2;
    counter0 = (<u32>(product1 >> 32)) ^ counter1 ^ key0;
    counter1 = <u32>product1;
    counter2 = (<u32>(product0 >> 32)) ^ counter3 ^ key1;
    counter3 = <u32>product0;
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  word0 = counter0;
  word1 = counter1;
  word2 = counter2;
  word3 = counter3;
}

/** Word `i` (0 .. 3) of the block. */
// @ts-ignore: decorator
@inline
function wordAt(i: i32): u32 {
  return i == 0 ? word0 : i == 1 ? word1 : i == 2 ? word2 : word3;
}

/** The float64 in [0, 1) with 24 random bits that float32 uniforms are made from. */
function uniform24(word: u32): f64 {
  return <f64>(word >> 8) * 5.9604644775390625e-8;
}

/** The float64 in [0, 1) with 32 random bits that int32 uniforms are made from. */
function uniform32(word: u32): f64 {
  return <f64>word * 2.3283064365386962890625e-10;
}

/** The float64 in [0, 1) with 53 random bits that float64 uniforms are made from. */
function uniform53(first: u32, second: u32): f64 {
  return (<f64>(first >> 5) * 67108864 + <f64>(second >> 6)) * 1.1102230246251565404236316680908203125e-16;
}

/** floor(word * n / 2^32). */
function scaleWord(word: u32, n: i32): i32 {
  return <i32>((<u64>word * <u64>n) >> 32);
}

/** Natural logarithm as src/contract/random.ts has it. */
function logarithm(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let e = ((<i32>(bits >> 52)) & 0x7ff) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m = m * 0.5;
    e = e + 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let series: f64 = 0.047619047619047616;
  series = series * z + 0.05263157894736842;
  series = series * z + 0.058823529411764705;
  series = series * z + 0.06666666666666667;
  series = series * z + 0.07692307692307693;
  series = series * z + 0.09090909090909091;
  series = series * z + 0.1111111111111111;
  series = series * z + 0.14285714285714285;
  series = series * z + 0.2;
  series = series * z + 0.3333333333333333;
  const tail = s * (z * series);
  const low = <f64>e * 1.90821492927058770002e-10 + 2 * tail;
  return <f64>e * 0.69314718036912381649 + (2 * s + low);
}

/** The x with Phi(x) = p: Wichura, AS 241, as src/contract/random.ts has it. */
function normalQuantile(p: f64): f64 {
  const q = p - 0.5;
  if (q >= -0.425) {
    const r = 0.180625 - q * q;
    let a: f64 = 2509.0809287301226727;
    a = a * r + 33430.575583588128105;
    a = a * r + 67265.770927008700853;
    a = a * r + 45921.953931549871457;
    a = a * r + 13731.693765509461125;
    a = a * r + 1971.5909503065514427;
    a = a * r + 133.14166789178437745;
    a = a * r + 3.387132872796366608;
    let b: f64 = 5226.495278852854561;
    b = b * r + 28729.085735721942674;
    b = b * r + 39307.89580009271061;
    b = b * r + 21213.794301586595867;
    b = b * r + 5394.1960214247511077;
    b = b * r + 687.1870074920579083;
    b = b * r + 42.313330701600911252;
    b = b * r + 1;
    return (q * a) / b;
  }
  let r = sqrt(-logarithm(p));
  if (r <= 5) {
    r = r - 1.6;
    let c: f64 = 7.7454501427834140764e-4;
    c = c * r + 0.0227238449892691845833;
    c = c * r + 0.24178072517745061177;
    c = c * r + 1.27045825245236838258;
    c = c * r + 3.64784832476320460504;
    c = c * r + 5.7694972214606914055;
    c = c * r + 4.6303378461565452959;
    c = c * r + 1.42343711074968357734;
    let d: f64 = 1.05075007164441684324e-9;
    d = d * r + 5.475938084995344946e-4;
    d = d * r + 0.0151986665636164571966;
    d = d * r + 0.14810397642748007459;
    d = d * r + 0.68976733498510000455;
    d = d * r + 1.6763848301838038494;
    d = d * r + 2.05319162663775882187;
    d = d * r + 1;
    return -(c / d);
  }
  r = r - 5;
  let e: f64 = 2.01033439929228813265e-7;
  e = e * r + 2.71155556874348757815e-5;
  e = e * r + 0.0012426609473880784386;
  e = e * r + 0.026532189526576123093;
  e = e * r + 0.29656057182850489123;
  e = e * r + 1.7848265399172913358;
  e = e * r + 5.4637849111641143699;
  e = e * r + 6.6579046435011037772;
  let f: f64 = 2.04426310338993978564e-15;
  f = f * r + 1.4215117583164458887e-7;
  f = f * r + 1.8463183175100546818e-5;
  f = f * r + 7.868691311456132591e-4;
  f = f * r + 0.0148753612908506148525;
  f = f * r + 0.13692988092273580531;
  f = f * r + 0.59983220655588793769;
  f = f * r + 1;
  return -(e / f);
}

/** A probability in (0, 1/2) from two words. */
function halfProbability(first: u32, second: u32): f64 {
  let k = <f64>(first >> 5) * 67108864 + <f64>(second >> 6);
  if (k >= 4503599627370496) k = 9007199254740991 - k;
  return (k + 0.5) * 1.1102230246251565404236316680908203125e-16;
}

/** A standard normal deviate. */
function normalDeviate(first: u32, second: u32): f64 {
  const x = normalQuantile(halfProbability(first, second));
  return first >> 31 ? -x : x;
}

/** A standard normal deviate within -2 .. 2. */
function truncatedNormalDeviate(first: u32, second: u32): f64 {
  const u = halfProbability(first, second);
  let x = normalQuantile(0.022750131948179207 + u * 0.9544997361036416);
  if (x < -2) x = -2;
  return first >> 31 ? -x : x;
}

export function random(plan: usize, begin: i32, end: i32): void {
  const kind = word(plan, randomPlanKind);
  const dtype = word(plan, randomPlanDtype);
  const count = word(plan, randomPlanCount);
  const unit = word(plan, randomPlanUnit);
  const first = begin * unit;
  const last = min(end * unit, count);
  const state = addressIn(plan, randomPlanState);
  if (kind == randomKindPermutation) shuffle(plan, state, dtype, count);
  else if (kind == randomKindUniform && dtype != dtypeFloat64) fillFromWords(plan, state, dtype, first, last);
  else fillFromPairs(plan, state, kind, dtype, first, last);
}

/** The next draw gets other numbers; once all units of this one are done, as they read the state. */
export function advanceState(plan: usize): void {
  const state = addressIn(plan, randomPlanState);
  const draw = load<i32>(state, 8) + 1;
  store<i32>(state, draw, 8);
  if (draw == 0) store<i32>(state, load<i32>(state, 12) + 1, 12);
}

/** Stores element `e` of the output. */
function put(out: usize, dtype: i32, e: i32, x: f64): void {
  if (dtype == dtypeFloat32) store<f32>(out + ((<usize>e) << 2), <f32>x);
  else if (dtype == dtypeInt32)
    store<i32>(out + ((<usize>e) << 2), <i32>max(min(x, 2147483647), -2147483648));
  else store<f64>(out + ((<usize>e) << 3), x);
}

/** float32 and int32 uniforms: a word an element. */
function fillFromWords(plan: usize, state: usize, dtype: i32, first: i32, last: i32): void {
  const low = load<f64>(plan + randomPlanLow);
  const high = load<f64>(plan + randomPlanHigh);
  const out = addressIn(plan, randomPlanOut);
  for (let e = first; e < last; e++) {
    if ((e & 3) == 0) philox(e >> 2, state);
    const bits = wordAt(e & 3);
    if (dtype == dtypeInt32) put(out, dtype, e, floor(low + (high - low) * uniform32(bits)));
    else put(out, dtype, e, low + (high - low) * uniform24(bits));
  }
}

/** The others: two words an element. */
function fillFromPairs(plan: usize, state: usize, kind: i32, dtype: i32, first: i32, last: i32): void {
  const low = load<f64>(plan + randomPlanLow);
  const high = load<f64>(plan + randomPlanHigh);
  const out = addressIn(plan, randomPlanOut);
  for (let e = first; e < last; e++) {
    if ((e & 1) == 0) philox(e >> 1, state);
    const a = e & 1 ? word2 : word0;
    const b = e & 1 ? word3 : word1;
    let x: f64;
    if (kind == randomKindUniform) x = low + (high - low) * uniform53(a, b);
    else if (kind == randomKindNormal) x = low + high * normalDeviate(a, b);
    else x = low + high * truncatedNormalDeviate(a, b);
    put(out, dtype, e, dtype == dtypeInt32 ? trunc(x) : x);
  }
}

/** Fisher-Yates from the end: step s swaps position n-1-s with one that word s picks. */
function shuffle(plan: usize, state: usize, dtype: i32, count: i32): void {
  const out = addressIn(plan, randomPlanOut);
  for (let i = 0; i < count; i++) put(out, dtype, i, <f64>i);
  for (let step = 0; step < count - 1; step++) {
    if ((step & 3) == 0) philox(step >> 2, state);
    const i = count - 1 - step;
    const j = scaleWord(wordAt(step & 3), i + 1);
    if (dtype == dtypeFloat64) swap<i64>(out + ((<usize>i) << 3), out + ((<usize>j) << 3));
    else swap<i32>(out + ((<usize>i) << 2), out + ((<usize>j) << 2));
  }
}

// @ts-ignore: decorator
@inline
function swap<T>(a: usize, b: usize): void {
  const kept = load<T>(a);
  store<T>(a, load<T>(b));
  store<T>(b, kept);
}
