import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type State, text } from '@overc/protocol';
import { CannotTell, defineCheck } from './check.ts';
import { checkDays, days, type ExpiryDays, judgeExpiry } from './expiry.ts';
import { worst } from './threshold.ts';

export const certificate = defineCheck({
  summary: 'How long are the certificates in a file still valid?',
  notes: [
    'Of several in one file, a chain, the first to expire counts; --host is compared with the first in the file. Unless -w',
    'or -c is given, WARN is below 28 days and ERR below 14.',
  ].join('\n'),
  options: {
    file: {
      read: text,
      value: 'FILE',
      short: 'f',
      operand: true,
      required: true,
      help: 'The file, PEM or DER.',
      example: '/etc/ssl/web.pem',
    },
    warning: {
      read: days,
      value: 'DAYS',
      short: 'w',
      help: 'WARN when fewer days are left.',
      example: '28',
    },
    critical: {
      read: days,
      value: 'DAYS',
      short: 'c',
      help: 'ERR when fewer days are left.',
      example: '14',
    },
    host: {
      read: text,
      value: 'NAME',
      short: 'H',
      help: 'ERR when it is not for this host.',
      example: 'www.example.com',
    },
  },
  examples: ['certificate /etc/ssl/web.pem', 'certificate -w 20 -c 5 -H www.example.com /etc/ssl/web.pem'],

  run({ file, warning, critical, host }, { nowMs }) {
    const limits = checkDays(limitsOf({ warning, critical }));
    const all = readCertificates(file);
    const judged = all
      .map((one) =>
        judgeExpiry(
          { ...one, name: nameOf(one), validFrom: one.validFrom, validTo: one.validTo },
          limits,
          nowMs(),
        ),
      )
      .toSorted((a, b) => (a.perf[0]?.value ?? 0) - (b.perf[0]?.value ?? 0));
    const [first] = judged as [(typeof judged)[0]];
    const stranger = host !== undefined && !isFor(all[0] as X509Certificate, host);
    const states: State[] = [...judged.map(({ state }) => state), stranger ? 'ERR' : 'OK'];
    return {
      state: worst(states),
      text: stranger ? `${nameOf(all[0] as X509Certificate)} is not for ${host}; ${first.text}` : first.text,
      perf: first.perf,
    };
  },
});

const DEFAULT: ExpiryDays = { warning: 28, critical: 14 };

function limitsOf({ warning, critical }: { [name in keyof ExpiryDays]: number | undefined }): ExpiryDays {
  if (warning === undefined && critical === undefined) return DEFAULT;
  return { warning: warning ?? critical ?? 0, critical: critical ?? 0 };
}

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

function readCertificates(file: string): X509Certificate[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CannotTell((error as Error).message);
  }
  const blocks = bytes.toString('latin1').match(BLOCK) ?? [bytes];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new CannotTell(`${file} holds no certificate`);
  }
}

function isFor(certificate: X509Certificate, host: string): boolean {
  const found = isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host);
  return found !== undefined;
}

/** The common name, or all that there is. */
function nameOf({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject ?? '')?.[1] ?? (subject ?? 'the certificate').replaceAll('\n', ', ');
}
