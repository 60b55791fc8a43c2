import {
  CHECK,
  checks,
  commands,
  EXIT_CODES,
  formOfCommand,
  MONITOR_OPTIONS,
  OPTIONS,
  SERVICE_OPTIONS,
} from 'overcli';
import { manifest, releaseDate } from './release.mjs';

/** The manual page overcli(1) in the man macros (groff_man(7)), from the tables that the client itself goes by. */
export function manualPage() {
  const { version, description } = manifest();
  const summary = description.replace('The OverC client: ', '');
  return `.TH OVERCLI 1 ${releaseDate()} "overcli ${version}" "OverC"
.SH NAME
overcli \\- ${plain(summary)}
.SH SYNOPSIS
.B overcli
\\-s URL \\-i NAME:KEY COMMAND [ARGUMENTS]
.SH COMMANDS
${Object.entries(commands).map(command).join('\n')}
.TP
.B check \fR${plain(CHECK.form)}
${plain(CHECK.summary)}: ${plain(Object.keys(checks).join(', '))}
.SH OPTIONS
${Object.entries(OPTIONS).map(option).join('\n')}
.SH THE MONITOR'S FILE
An INI file:
.I [section]
headings,
.I option = value
lines, and comments that begin with # or ;.
A duration is a number and s, m, h, d, w or y; a bare number is seconds.
.SS [overc]
${settings(MONITOR_OPTIONS)}
.SS [service:NAME]
One section for each service.
${settings(SERVICE_OPTIONS)}
.SH EXIT STATUS
${plain(EXIT_CODES)}
.SH EXAMPLES
.nf
${Object.values(commands)
  .map(({ example }) => plain(`overcli ${example}`))
  .join('\n')}
.fi
`;
}

function command([name, command]) {
  const form = formOfCommand(name, command).slice(name.length + 1);
  const codes = command.exitCodes === undefined ? '' : `\n${plain(command.exitCodes)}`;
  return `.TP\n.B ${plain(name)}${form && ` \\fR${plain(form)}`}\n${plain(command.summary)}${codes}`;
}

function option([name, { alias, value, describe }]) {
  const forms = [...(alias ? [`-${alias}`] : []), `--${name}`].map((form) => `\\fB${plain(form)}\\fR`);
  return `.TP\n${forms.join(', ')}${value === undefined ? '' : ` \\fI${plain(value)}\\fR`}\n${plain(describe)}`;
}

function settings(options) {
  return Object.entries(options)
    .map(([name, { help, example, fallback }]) => {
      const unless = fallback === undefined ? 'Required' : `Unless set: ${fallback}`;
      return `.TP\n.B ${plain(name)}\n${plain(`${help.replace(/\.$/, '')}. ${unless}. Example: ${name}=${example}`)}`;
    })
    .join('\n');
}

/** Text that roff takes as it stands: code of Markdown in bold, no hyphenation of a minus, no request at a line's start. */
function plain(text) {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/`([^`]*)`/g, '\\fB$1\\fR')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/^(?=[.'])/, '\\&');
}
