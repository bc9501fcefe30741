# Stands in for Elastic's Kibana image: doors, certificates and variables, no Kibana.
FROM python:3.11-slim
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --gid 0 --no-create-home kibana
COPY kibana_doors.py /usr/share/kibana/
USER kibana
CMD ["python3", "/usr/share/kibana/kibana_doors.py"]
