// Variables by name: gradients come as records under names (as in tfjs), and an optimizer that is given such a record,
// perhaps of gradients that were clipped or averaged, has to find the Variables again.

import type { Variable } from '../tensor/variable.js';

const variables = new Map<string, WeakRef<Variable>>();
let sweepAt = 1024;

/** Keeps in mind, weakly, that gradients called `variable.name` belong to `variable`. */
export function rememberVariable(variable: Variable): void {
  if (variables.get(variable.name)?.deref() === variable) return;
  variables.set(variable.name, new WeakRef(variable));
  if (variables.size < sweepAt) return;
  for (const [name, reference] of variables) if (!reference.deref()) variables.delete(name);
  sweepAt = 2 * variables.size + 1024;
}

/** The Variable of that name whose gradient was taken last, if it is still there. */
export function variableNamed(name: string): Variable | undefined {
  return variables.get(name)?.deref();
}
