DROP INDEX decisions_counted ON decisions;
