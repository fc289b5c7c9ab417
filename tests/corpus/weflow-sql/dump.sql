--
-- PostgreSQL database dump
--

CREATE TABLE public.weflow_messages (
    session_id text NOT NULL,
    local_id text,
    message_id text,
    create_time bigint NOT NULL,
    sender text,
    is_send boolean NOT NULL,
    local_type integer,
    media_type text,
    content text,
    media_path text
);

COPY public.weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) FROM stdin;
12345678901@chatroom	1	6116895530414915131	1777593600	wxid_lisi00000002	f	1	\N	早\\晚，it''s	\N
12345678901@chatroom	2	4402781936450021977	1777593620	wxid_zhangsan0001	t	1	\N	第一行\n第二行	\N
12345678901@chatroom	3	3	1777593640	wxid_lisi00000002	f	3	image	[图片]	media/images/a.jpg
\.

CREATE INDEX idx_weflow_messages_session_time ON public.weflow_messages USING btree (session_id, create_time);
