# The OverC client, with the Monitoring Plugins in /usr/lib/nagios/plugins. Build it from the checkout's root:
#   docker build -f docker/overcli.Dockerfile -t overcli .
#   docker run -d -v /etc/overc:/etc/overc:ro overcli
#   docker run --rm overcli -s http://mon.example.com:5000/ -i web1:1234 ping

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY . .
# The client has no native modules, so nothing but TypeScript is compiled here, and bundled into one file.
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build

FROM node:22-bookworm-slim
# An init process, since plugins may leave orphans behind.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini monitoring-plugins-basic \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/packages/overcli/dist/overcli.mjs ./
RUN ln -s /app/overcli.mjs /usr/local/bin/overcli \
  && install -d -o node -g node /data /etc/overc

ENV NODE_ENV=production STATE_DIRECTORY=/data
USER node
WORKDIR /data
VOLUME ["/data", "/etc/overc"]
HEALTHCHECK --interval=10s --timeout=5s CMD ["pidof", "node"]
ENTRYPOINT ["tini", "--", "overcli"]
CMD ["monitor", "/etc/overc/monitor.ini"]
