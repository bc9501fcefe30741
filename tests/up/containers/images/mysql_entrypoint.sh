#!/bin/sh
# What mysql:8.4 does with MYSQL_ROOT_PASSWORD: an empty data folder becomes a server whose root may come from anywhere.
set -eu
home=/usr/local/mysql
data=/var/lib/mysql
folders="--basedir=$home --lc-messages-dir=$home/share --datadir=$data"
if [ ! -d "$data/mysql" ]; then
    cat >/tmp/root.sql <<SQL
CREATE USER 'root'@'%' IDENTIFIED BY '${MYSQL_ROOT_PASSWORD:?is needed}';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;
ALTER USER 'root'@'localhost' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
SQL
    # shellcheck disable=SC2086
    "$home/bin/mysqld" --no-defaults $folders --initialize-insecure --init-file=/tmp/root.sql
    rm /tmp/root.sql
fi
# shellcheck disable=SC2086
exec "$home/bin/mysqld" --no-defaults $folders --socket=/var/run/mysqld/mysqld.sock --mysqlx=OFF "$@"
