export * from './run.ts';
export * from './strays.ts';
export * from './words.ts';
