-- MySQL dump 10.13
CREATE TABLE `chat` (
  `id` int NOT NULL,
  `time` datetime,
  `sender` varchar(64),
  `content` text,
  PRIMARY KEY (`id`)
);
INSERT INTO `chat` VALUES (1,'2026-05-01 08:00:00','李四','it\'s\n第二行 \"x\" (a), b'),(2,'2026-05-01 08:00:10','我','好');
REPLACE INTO `chat` (`time`,`sender`,`content`) VALUES ('2026-05-01 08:00:20','我','C:\\new');
INSERT IGNORE INTO `chat` (`time`,`sender`,`content`) VALUES ('2026-05-01 08:00:30',_utf8mb4'李四','晚安');
