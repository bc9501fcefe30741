DROP TABLE IF EXISTS archive_files;
