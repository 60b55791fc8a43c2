export * from './run.ts';
export * from './words.ts';
