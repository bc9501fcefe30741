# Stands in for mysql:8.4: a real MySQL 8.0.15 behind an entry point that honours the same variable.
FROM debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends libaio1 libnuma1 mariadb-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 999 --user-group --no-create-home mysql \
    && install -d -o mysql -g mysql /var/lib/mysql /var/run/mysqld
COPY server /usr/local/mysql
COPY mysql_entrypoint.sh /usr/local/bin/
USER mysql
VOLUME /var/lib/mysql
ENTRYPOINT ["sh", "/usr/local/bin/mysql_entrypoint.sh"]
