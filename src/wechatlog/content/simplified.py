"""The traditional characters of words that the library looks for, and what each is in simplified script.

For `str.translate`, one character for one, so that places stay places; without OpenCC, which not everybody has. Only
characters of words in tables stand here: those of names of columns and of private data.
"""

from __future__ import annotations

from typing import Final

SIMPLIFIED: Final = str.maketrans(
    "來係個備傢傳億儲兌內兩別創動務區叄員問單嚮囌國園圖場塊壓學寧寫寶對層帳廈廣廳彆彔後徑從態懞戶掛換於時晉曏書會"
    "東條棟樓標橋機檯測滬濛為無熱爲瓊發眞矇碼稱箇粵紅給絲綠綫維網緑線緻縣繫羣聯臺萬蘇號衕衚衛視記訪註証試話語說説"
    "請證識護貨貳貴賬贛轉農逕這進遼鄉釘釦銀錄錯録錶鎖鎭鎮鏈鐵門開間閩陝陸際離雲電領頭頻類顯颱駕駛驗體髮鬍魯鵝點齣",
    "来系个备家传亿储兑内两别创动务区叁员问单向苏国园图场块压学宁写宝对层帐厦广厅别录后径从态蒙户挂换于时晋向书会"
    "东条栋楼标桥机台测沪蒙为无热为琼发真蒙码称个粤红给丝绿线维网绿线致县系群联台万苏号同胡卫视记访注证试话语说说"
    "请证识护货贰贵账赣转农径这进辽乡钉扣银录错录表锁镇镇链铁门开间闽陕陆际离云电领头频类显台驾驶验体发胡鲁鹅点出",
)
