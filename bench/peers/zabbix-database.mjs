import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { identityOf, SERVICES_PER_SERVER, serviceName } from '../population.mjs';

/** Where Debian's zabbix-server-mysql has it. */
const FOLDER = '/usr/share/zabbix-server-mysql';
export const SCHEMA = join(FOLDER, 'schema.sql.gz');
/** Of the rows that come with it, those without which it does not start; the rest are templates. */
const NEEDED = /^INSERT INTO `(role|users|usrgrp|hstgrp|config)` /;
/** items.type and items.value_type */
const TRAPPER = 2;
const TEXT = 4;

/** Makes Zabbix' tables in a mysql:// database, and servers with a trapper item for each service. */
export function fillDatabase(url, servers) {
  const rows = textOf(join(FOLDER, 'data.sql.gz')).split('\n');
  const sql = [
    'ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;',
    textOf(SCHEMA),
    ...rows.filter((row) => NEEDED.test(row)),
    hostRows(servers),
    itemRows(servers),
    'INSERT INTO item_rtdata (itemid) SELECT itemid FROM items;',
  ];
  const { hostname, port, username, password, pathname } = new URL(url);
  const login = [`--host=${hostname}`, `--port=${port}`, `--user=${username}`, `--password=${password}`];
  execFileSync('mariadb', ['--no-defaults', ...login, pathname.slice(1)], {
    input: sql.join('\n'),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

function textOf(file) {
  return gunzipSync(readFileSync(file)).toString();
}

function hostRows(servers) {
  const rows = Array.from({ length: servers }, (_, server) => {
    const { name } = identityOf(server);
    return `(${server + 1}, '${name}', '${name}', '')`;
  });
  return `INSERT INTO hosts (hostid, host, name, description) VALUES ${rows.join(', ')};`;
}

function itemRows(servers) {
  const rows = Array.from({ length: servers * SERVICES_PER_SERVER }, (_, item) => {
    const host = Math.floor(item / SERVICES_PER_SERVER) + 1;
    const name = serviceName(item % SERVICES_PER_SERVER);
    return `(${item + 1}, ${host}, '${name}', '${name}', ${TRAPPER}, ${TEXT}, '', '', '', '')`;
  });
  const columns = 'itemid, hostid, name, key_, type, value_type, params, description, posts, headers';
  return `INSERT INTO items (${columns}) VALUES ${rows.join(', ')};`;
}
