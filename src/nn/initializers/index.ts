// Initializers: factories and names.

import { Registry, saved, type Registrable, type Saved } from '../config/registry.js';
import { resolved } from '../config/fields.js';
import {
  Constant,
  Identity,
  Initializer,
  Ones,
  Zeros,
  type ConstantArgs,
  type IdentityArgs,
} from './initializer.js';
import {
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
  type RandomNormalArgs,
  type RandomUniformArgs,
  type VarianceScalingArgs,
} from './random.js';

export { Initializer };
export { Constant, Identity, Ones, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling, Zeros };
export type { ConstantArgs, IdentityArgs, RandomNormalArgs, RandomUniformArgs, VarianceScalingArgs };

/** A name ('glorotNormal', 'zeros', ...) in tfjs' or Keras' spelling, a saved initializer or an instance. */
export type InitializerIdentifier = string | Saved | Initializer;

/** Options of initializers that have none but a seed. */
export interface SeedArgs {
  /** Default: the default generator. */
  seed?: number | null;
}

/** The named cases of variance scaling. */
const scalings = {
  /** Uniform of variance 2 / (inputs + outputs); Glorot and Bengio 2010. */
  glorotUniform: { scale: 1, mode: 'fanAvg', distribution: 'uniform' },
  /** Normal of variance 2 / (inputs + outputs), cut off at two standard deviations; Glorot and Bengio 2010. */
  glorotNormal: { scale: 1, mode: 'fanAvg', distribution: 'normal' },
  /** Uniform of variance 2 / inputs; He et al. 2015. */
  heUniform: { scale: 2, mode: 'fanIn', distribution: 'uniform' },
  /** Normal of variance 2 / inputs, cut off at two standard deviations; He et al. 2015. */
  heNormal: { scale: 2, mode: 'fanIn', distribution: 'normal' },
  /** Uniform of variance 1 / inputs; LeCun et al. 1998. */
  leCunUniform: { scale: 1, mode: 'fanIn', distribution: 'uniform' },
  /** Normal of variance 1 / inputs, cut off at two standard deviations; LeCun et al. 1998. */
  leCunNormal: { scale: 1, mode: 'fanIn', distribution: 'normal' },
} as const satisfies Record<string, VarianceScalingArgs>;

type Scaling = keyof typeof scalings;

const scalingFactories = Object.fromEntries(
  Object.entries(scalings).map(([name, options]) => [
    name,
    (config?: SeedArgs | null): VarianceScaling => new VarianceScaling({ ...config, ...options }),
  ]),
) as { readonly [Name in Scaling]: (config?: SeedArgs | null) => VarianceScaling };

/** Factories of initializers. */
export const initializers = {
  /** All 0. */
  zeros: (): Zeros => new Zeros(),
  /** All 1. */
  ones: (): Ones => new Ones(),
  /** All `value`. */
  constant: (config: ConstantArgs): Constant => new Constant(config),
  /** `gain` (1) times the identity matrix. */
  identity: (config?: IdentityArgs): Identity => new Identity(config),
  /** Evenly distributed from minval (-0.05) up to maxval (0.05). */
  randomUniform: (config?: RandomUniformArgs): RandomUniform => new RandomUniform(config),
  /** Normally distributed; mean 0 and stddev 0.05 unless given. */
  randomNormal: (config?: RandomNormalArgs): RandomNormal => new RandomNormal(config),
  /** The same, none further than two standard deviations from the mean. */
  truncatedNormal: (config?: RandomNormalArgs): TruncatedNormal => new TruncatedNormal(config),
  /** Variance scale / fan. */
  varianceScaling: (config?: VarianceScalingArgs): VarianceScaling => new VarianceScaling(config),
  ...scalingFactories,
};

const registry = new Registry<Initializer>('initializer');
registry.register(Zeros);
registry.register(Ones);
registry.register(Constant);
registry.register(Identity);
registry.register(RandomUniform);
registry.register(RandomNormal);
registry.register(TruncatedNormal);
registry.register(VarianceScaling);
for (const [name, make] of Object.entries(scalingFactories)) {
  // tfjs and Keras save these as VarianceScaling, or under their own names with a seed.
  registry.add(name, (config) => make({ seed: (config as SeedArgs | undefined)?.seed }));
}

/** Makes a class known by its `className`. */
export function registerInitializer(type: Registrable<Initializer>): void {
  registry.register(type);
}

/**
 * An initializer from a name, a config or an instance.
 * @throws ArgumentError if the name is not known; the nearest is suggested
 */
export function resolveInitializer(identifier: InitializerIdentifier, what?: string): Initializer {
  return registry.resolve(identifier, (x): x is Initializer => x instanceof Initializer, what);
}

/** An option that takes an initializer. */
export const initializer = resolved<Initializer, InitializerIdentifier>(resolveInitializer, saved);
