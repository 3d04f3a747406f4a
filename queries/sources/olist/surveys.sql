-- grain: one row per order that was reviewed
-- times: local
--
-- An order may have several reviews: its rating is their mean.
select
    order_id as survey_id,
    order_id as delivery_id,
    min(review_creation_date) as sent_at,
    min(review_answer_timestamp) as answered_at,
    avg(cast(review_score as decimal(18, 4))) as rating,
    string_agg(review_comment_message, ' / ' order by review_id) as comment
from order_reviews
group by order_id
