import type { Command } from '../command.ts';

export const test: Command = {
  summary:
    'Run each plugin of CONFIG.ini, or the one of SERVICE, once and show what would be sent; send nothing',
  operands: ['CONFIG.ini', '[SERVICE]'],
  options: ['json'],
  exitCodes: 'Exit codes: 0 every state is OK, 1 one is not, or it was stopped, 2 used or set up wrongly.',
  example: 'test monitor.ini disk',

  async call({ operands: [file = '', service], flags, surroundings }) {
    const [{ readMonitorFile }, { choosePlugins }, { otherRunner }, { showTrials }] = await Promise.all([
      import('../sources/ini.ts'),
      import('./test/choose.ts'),
      import('./runner-of.ts'),
      import('./test/show.ts'),
    ]);
    const settings = readMonitorFile(file);
    const plugins = choosePlugins(settings.plugins, service, file);
    const runner = otherRunner(file);
    if (runner)
      surroundings.err(
        `The monitor runs as ${runner.name}; as that user: runuser -u ${runner.name} -- overcli test ${file}\n`,
      );
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
