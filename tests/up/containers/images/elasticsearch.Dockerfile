# Stands in for Elastic's image: its server from Maven, in the same place, under the same account.
FROM debian:bookworm-slim
RUN install -d /usr/share/man/man1 \
    && apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends openjdk-17-jre-headless curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --gid 0 --home-dir /usr/share/elasticsearch --no-create-home elasticsearch
COPY --chown=0:0 server /usr/share/elasticsearch
WORKDIR /usr/share/elasticsearch
RUN install -d -m 0775 -o elasticsearch -g 0 config config/jvm.options.d data logs
ENV ES_JAVA_HOME=/usr/lib/jvm/java-17-openjdk-amd64
USER elasticsearch
ENTRYPOINT ["bin/elasticsearch"]
