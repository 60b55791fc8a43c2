import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Workshop } from '../workshop.ts';

/** A certificate that vouches for itself, with its key; both files lie in the workshop. */
export interface SelfSigned {
  certFile: string;
  cert: string;
  key: string;
}

/** Has OpenSSL sign a certificate that is valid for some days, for localhost and 127.0.0.1. */
export function selfSigned(workshop: Workshop, name: string, days: number): SelfSigned {
  const [certFile, keyFile] = [workshop.path(`${name}.pem`), workshop.path(`${name}.key`)];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', `/O=Tests/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const args = ['req', '-x509', ...key, ...subject, '-days', `${days}`, '-out', certFile];
  execFileSync('openssl', args, { stdio: 'pipe' });
  return { certFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
