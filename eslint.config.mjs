import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import hebb from './scripts/support/eslint-rules.mjs';

const nodeGlobals = [
  'process',
  'Buffer',
  'global',
  'require',
  'module',
  '__dirname',
  '__filename',
  'setImmediate',
];

export default defineConfig([
  globalIgnores(['dist/', 'docs/api/', 'build/', 'native/', 'prebuilds/', 'coverage/', 'assembly/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.mjs'],
    extends: [tseslint.configs.recommended],
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-self-compare': 'off', // x !== x is the test for NaN
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'all' }],
    },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { hebb },
    rules: {
      'hebb/import-rows': 'error',
      'hebb/no-top-level-await': 'error',
    },
  },
  {
    // What runs in a browser imports nothing of Node.
    files: ['src/**/*.ts'],
    ignores: ['src/platform/node*.ts', 'src/cli/**', 'src/backend/native*.ts'],
    plugins: { hebb },
    rules: {
      'hebb/no-node-imports': 'error',
      'no-restricted-globals': ['error', ...nodeGlobals],
    },
  },
]);
