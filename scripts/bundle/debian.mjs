import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { licences } from './licences.mjs';
import { manualPage } from './manual.mjs';
import { manifest, releaseSeconds } from './release.mjs';
import { bundleScript } from './script.mjs';

/** Debian's names of what Node calls its platforms. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };
const SCRIPTS = ['postinst', 'prerm', 'postrm'];
/** Within a seventh of the smallest, in a third of the time. */
const COMPRESSION = ['-Zxz', '-z1'];
const SETTINGS = 'etc/overc/monitor.ini';

/** Makes overcli_VERSION_ARCHITECTURE.deb in the folder `out` of the single executable. */
export async function bundleDebianPackage(out, executable) {
  requireDpkg();
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture)
    throw new Error(`A Debian package is made for ${Object.keys(ARCHITECTURES).join(', ')}.`);
  const root = mkdtempSync(join(tmpdir(), 'overcli-deb-'));
  try {
    layOut(root, executable, licences(await bundleScript(join(root, 'script'), 'script')));
    rmSync(join(root, 'script'));
    addControl(root, architecture);
    execFileSync('chmod', ['-R', 'u=rwX,go=rX', root]);
    // It will hold a key.
    execFileSync('chmod', ['640', join(root, SETTINGS)]);
    const file = join(out, `overcli_${manifest().version}_${architecture}.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', ...COMPRESSION, '--build', root, file], {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(releaseSeconds()) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

function layOut(root, executable, copyright) {
  const put = (path, contents) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents);
  };
  const copy = (from, to) => cpSync(from, join(root, to), { recursive: true });

  copy(executable, 'usr/bin/overcli');
  execFileSync('chmod', ['755', join(root, 'usr/bin/overcli')]);
  put(SETTINGS, readFileSync('misc/debian/monitor.ini'));
  for (const unit of ['overcli-monitor.service', 'overcli-monitor@.service'])
    copy(`misc/autorun/systemd/${unit}`, `usr/lib/systemd/system/${unit}`);
  put('usr/lib/sysusers.d/overcli.conf', readFileSync('misc/debian/sysusers.conf'));
  put('usr/share/man/man1/overcli.1.gz', packed(manualPage()));
  put('usr/share/doc/overcli/copyright', `${readFileSync('misc/debian/copyright', 'utf8')}\n${copyright}`);
  put('usr/share/doc/overcli/changelog.gz', packed(readFileSync('CHANGELOG.md')));
  put('usr/share/bash-completion/completions/overcli', completion(executable, 'bash'));
  put('usr/share/zsh/vendor-completions/_overcli', completion(executable, 'zsh'));
}

function addControl(root, architecture) {
  const kilobytes = Math.ceil(statSync(join(root, 'usr/bin/overcli')).size / 1024);
  const fields = { VERSION: manifest().version, ARCHITECTURE: architecture, KILOBYTES: String(kilobytes) };
  const control = readFileSync('misc/debian/control', 'utf8').replace(/@(\w+)@/g, (_, name) => fields[name]);
  mkdirSync(join(root, 'DEBIAN'));
  writeFileSync(join(root, 'DEBIAN/control'), control);
  writeFileSync(join(root, 'DEBIAN/conffiles'), `/${SETTINGS}\n`);
  for (const script of SCRIPTS)
    writeFileSync(join(root, 'DEBIAN', script), readFileSync(`misc/debian/${script}`), { mode: 0o755 });
}

/** As gzip -n makes it: no name and no time in it. */
function packed(text) {
  return gzipSync(text, { level: 9 });
}

function completion(executable, shell) {
  return execFileSync(executable, ['completion', shell]);
}

function requireDpkg() {
  try {
    execFileSync('dpkg-deb', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error(
      'A Debian package needs dpkg-deb (Debian, Ubuntu: in dpkg; elsewhere often in a package of that name).',
    );
  }
}
