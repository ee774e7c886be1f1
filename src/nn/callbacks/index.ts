// Callbacks and History.

import { BackupAndRestore, type BackupAndRestoreArgs } from './backup-and-restore.js';
import { EarlyStopping, type EarlyStoppingArgs } from './early-stopping.js';
import { ModelCheckpoint, type ModelCheckpointArgs } from './model-checkpoint.js';

export { Callback, type CallbackHooks, type FitParams, type Logs, type Progress } from './callback.js';
export { BackupAndRestore, EarlyStopping, ModelCheckpoint };
export type { BackupAndRestoreArgs, EarlyStoppingArgs, ModelCheckpointArgs };
export { History } from './history.js';

/** Factories of callbacks. */
export const callbacks = {
  /** Ends training once a figure no longer gets better. */
  earlyStopping: (config?: EarlyStoppingArgs): EarlyStopping => new EarlyStopping(config),
  /** Saves the model while it is trained. */
  modelCheckpoint: (config: ModelCheckpointArgs): ModelCheckpoint => new ModelCheckpoint(config),
  /** Lets a training that was killed go on where it was when it is started again. */
  backupAndRestore: (config: BackupAndRestoreArgs): BackupAndRestore => new BackupAndRestore(config),
};
