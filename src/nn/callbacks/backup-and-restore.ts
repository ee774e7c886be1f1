// Lets a training that was killed go on where it was when it is started again.

import { platform } from '#platform';
import { pathOf } from '../../io/files.js';
import { ModelCheckpoint } from './model-checkpoint.js';

/** Options of `callbacks.backupAndRestore`. */
export interface BackupAndRestoreArgs {
  /** The directory for the backup, which is the callback's own. */
  backupDir: string;
  /** 'epoch' (the default), or a number of batches; the latter makes training go step by step. */
  saveFreq?: 'epoch' | number;
  /** Whether to delete the backup once training has come to its end; default true. */
  deleteCheckpoint?: boolean;
}

/**
 * Saves a checkpoint each epoch and, where there is one when `fit` begins, goes on from it: the same program, started
 * again after a crash, ends with the same bits as if nothing had happened.
 */
export class BackupAndRestore extends ModelCheckpoint {
  private readonly file: string;
  private readonly deletes: boolean;

  constructor({ backupDir, saveFreq, deleteCheckpoint = true }: BackupAndRestoreArgs) {
    const file = platform.joinPath(pathOf(backupDir, 'backupAndRestore'), 'backup.safetensors');
    super({ filepath: file, saveFreq });
    this.file = file;
    this.deletes = deleteCheckpoint;
  }

  override async onTrainBegin(): Promise<void> {
    await super.onTrainBegin();
    await this.model?.resumeFrom(this.file);
  }

  override async onTrainEnd(): Promise<void> {
    if (this.deletes) await platform.removeFile(this.file);
  }
}
