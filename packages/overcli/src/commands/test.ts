import type { Command } from '../command.ts';

export const test: Command = {
  summary:
    'Run each plugin of CONFIG.ini, or the one of SERVICE, once and show what would be sent; send nothing',
  operands: ['CONFIG.ini', '[SERVICE]'],
  options: ['json'],
  exitCodes: 'Exit codes: 0 every state is OK, 1 one is not, or it was stopped, 2 used or set up wrongly.',
  example: 'test monitor.ini disk',

  async call({ operands: [file = '', service], flags, surroundings }) {
    const [{ readMonitorFile }, { choosePlugins }, { showTrials }] = await Promise.all([
      import('../sources/ini.ts'),
      import('./test/choose.ts'),
      import('./test/show.ts'),
    ]);
    const settings = readMonitorFile(file);
    const plugins = choosePlugins(settings.plugins, service, file);
    const stop = surroundings.listenForStop(() => {});
    const isWell = await showTrials(
      { ...settings, plugins },
      surroundings,
      stop,
      flags.options.json === true,
    );
    return isWell ? 0 : 1;
  },
};
