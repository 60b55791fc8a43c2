import type { Command } from '../command.ts';

export const doctor: Command = {
  summary:
    'Examine what a monitor rests on (its file, the way to the collector, its plugins) and say what to do; run no plugin',
  operands: ['[CONFIG.ini]'],
  options: ['json', 'config'],
  exitCodes: 'Exit codes: 0 there is no problem, though perhaps a warning, 1 there is one, 2 used wrongly.',
  example: 'doctor /etc/overc/monitor.ini',

  async call({ operands: [file], flags, surroundings }) {
    const [{ meetPatient }, { examine }] = await Promise.all([
      import('./doctor/patient.ts'),
      import('./doctor/examine.ts'),
    ]);
    const patient = await meetPatient(file, flags, surroundings);
    const problems = await examine(patient, surroundings, flags.options.json === true);
    return problems === 0 ? 0 : 1;
  },
};
