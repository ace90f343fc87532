-- SPDX-License-Identifier: GPL-2.0
CREATE DATABASE calendar;
USE calendar;
CREATE TABLE events (id INT AUTO_INCREMENT PRIMARY KEY, title VARCHAR(80), day DATETIME,
	body TEXT, KEY (day)) ENGINE=InnoDB;
CREATE TABLE people (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40),
	mail VARCHAR(40), KEY (name)) ENGINE=InnoDB;
CREATE TABLE tags (tag INT, event INT, PRIMARY KEY (tag, event)) ENGINE=InnoDB;
INSERT INTO events (title, day, body)
	SELECT CONCAT('event ', seq), NOW() - INTERVAL seq HOUR, REPEAT('words ', 100) FROM seq_1_to_1000;
INSERT INTO people (name, mail)
	SELECT CONCAT('person ', seq), CONCAT('p', seq, '@example.org') FROM seq_1_to_1000;
INSERT INTO tags SELECT seq % 100 + 1, seq FROM seq_1_to_1000;
