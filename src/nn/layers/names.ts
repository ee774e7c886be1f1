// Names of layers that were given none: the class in snake case and, from the second on, a number, as Keras has them.

const used = new Map<string, number>();

/** `BatchNormalization` -> `batch_normalization`, `Conv2D` -> `conv2d`. */
export function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The next free name of a class: `dense`, `dense_1`, `dense_2`, ... */
export function nextName(className: string): string {
  const base = snakeCase(className);
  const number = used.get(base) ?? 0;
  used.set(base, number + 1);
  return number === 0 ? base : `${base}_${number}`;
}

/** Starts counting anew. Layers that exist keep their names. */
export function resetNames(): void {
  used.clear();
}
