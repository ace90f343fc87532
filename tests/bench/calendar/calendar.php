<?php
// SPDX-License-Identifier: GPL-2.0
//
// An event calendar in the manner of Olio, for the web load: see README.md.

$db = new mysqli('p:' . getenv('DB'), 'root', '', 'calendar');
$id = (int)($_GET['id'] ?? 1);
$out = fn($x) => htmlspecialchars((string)$x);

switch ($_GET['page'] ?? 'home') {
case 'home':
	$q = 'SELECT id, title, day FROM events ORDER BY day DESC LIMIT 10';
	break;
case 'login':
	$q = "SELECT id, name AS title, mail AS day FROM people WHERE name = 'person $id'";
	break;
case 'tag':
	$q = 'SELECT e.id, e.title, e.day FROM tags t JOIN events e ON e.id = t.event' .
	     " WHERE t.tag = $id LIMIT 10";
	break;
case 'event':
	$q = "SELECT id, title, body AS day FROM events WHERE id = $id";
	break;
case 'person':
	$q = "SELECT id, name AS title, mail AS day FROM people WHERE id = $id";
	break;
case 'add-person':
	$db->query("INSERT INTO people (name, mail) VALUES ('person $id', 'new$id@example.org')");
	$q = 'SELECT ' . $db->insert_id . " AS id, 'added' AS title, '' AS day";
	break;
case 'add-event':
	$db->query("INSERT INTO events (title, day, body) VALUES ('event $id', NOW(), REPEAT('words ', 100))");
	$q = 'SELECT ' . $db->insert_id . " AS id, 'added' AS title, '' AS day";
	break;
default:
	http_response_code(404);
	exit;
}
echo "<!doctype html><title>Calendar</title><table>";
foreach ($db->query($q) as $row)
	echo "<tr><td>{$out($row['id'])}<td>{$out($row['title'])}<td>{$out($row['day'])}";
echo '</table>';
