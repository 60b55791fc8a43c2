/** Programs that somebody misses when they do not run: as systemd calls their units, or their processes where it is not there. */
const KNOWN = [
  ...['ssh', 'sshd', 'cron', 'crond', 'chrony', 'chronyd', 'ntp', 'ntpd', 'ntpsec', 'systemd-timesyncd'],
  ...['nginx', 'apache2', 'httpd', 'caddy', 'haproxy', 'traefik', 'varnish', 'squid', 'tomcat9', 'tomcat10'],
  ...['mariadb', 'mariadbd', 'mysql', 'mysqld', 'postgresql', 'postgres', 'mongod', 'redis', 'redis-server'],
  ...[
    'valkey-server',
    'memcached',
    'elasticsearch',
    'opensearch',
    'rabbitmq-server',
    'mosquitto',
    'influxdb',
  ],
  ...['docker', 'dockerd', 'containerd', 'podman', 'k3s', 'kubelet', 'libvirtd', 'pveproxy'],
  ...['postfix', 'exim4', 'dovecot', 'rspamd', 'named', 'bind9', 'unbound', 'dnsmasq', 'pdns'],
  ...['slapd', 'smbd', 'nfs-server', 'vsftpd', 'cups', 'fail2ban', 'auditd', 'rsyslog', 'rsyslogd'],
  ...['openvpn', 'strongswan', 'tailscaled', 'wg-quick@wg0', 'gitlab-runner', 'grafana-server', 'prometheus'],
  ...['overc-server', 'jenkins', 'zabbix-server', 'icinga2'],
];
/** The same, as units are called of which a machine may have several. */
const FAMILIES = [/^php[\d.]*-fpm$/, /^postgresql@/, /^mariadb@/, /^redis-server@/];

/** More of them at once are left to whoever edits the file. */
const MOST = 20;

/** Those that are worth watching, sorted. */
export function worthWatching(names: string[]): string[] {
  const isWorth = (name: string) => KNOWN.includes(name) || FAMILIES.some((family) => family.test(name));
  // Debian's postgresql.service only stands for its instances, postgresql@15-main and so on.
  const stands = (name: string) => names.some((other) => other.startsWith(`${name}@`));
  return [...new Set(names)]
    .filter((name) => isWorth(name) && !stands(name))
    .toSorted()
    .slice(0, MOST);
}
