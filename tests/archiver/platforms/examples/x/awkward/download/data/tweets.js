window.YTD.tweets.part0 = [
  {
    "tweet": {
      "id_str": "1934000000000000001",
      "id": "1934000000000000001",
      "created_at": "Mon Jun 16 15:00:00 +0000 2025",
      "full_text": "Notice of public hearing &amp; comment on the river plan. The plan commission meets on July 8 at 6 p.m. in the council chamber, 1 Main Str… https://t.co/long000001",
      "lang": "en",
      "favorite_count": "2",
      "retweet_count": "0",
      "entities": {
        "hashtags": [],
        "urls": []
      }
    }
  },
  {
    "tweet": {
      "id_str": "1934000000000000002",
      "id": "1934000000000000002",
      "created_at": "Mon Jun 16 15:00:00 +0000 2025",
      "full_text": "RT @river_friends: 40 bags!",
      "lang": "en",
      "favorite_count": "2",
      "retweet_count": "0",
      "entities": {
        "hashtags": [],
        "urls": []
      }
    }
  },
  {
    "tweet": {
      "id_str": "1934000000000000003",
      "id": "1934000000000000003",
      "created_at": "Mon Jun 16 15:00:00 +0000 2025",
      "full_text": "@otto_l Gloves are at the pavilion 🧤",
      "lang": "en",
      "favorite_count": "2",
      "retweet_count": "0",
      "entities": {
        "hashtags": [],
        "urls": []
      },
      "in_reply_to_status_id_str": "1933999999999990000",
      "in_reply_to_user_id_str": "771",
      "in_reply_to_user_id": "771",
      "in_reply_to_screen_name": "otto_l"
    }
  },
  {
    "tweet": {
      "id_str": "1934000000000000004",
      "id": "1934000000000000004",
      "created_at": "Mon Jun 16 15:00:00 +0000 2025",
      "full_text": "حديقة النهر مفتوحة اليوم 🌳",
      "lang": "ar",
      "favorite_count": "2",
      "retweet_count": "0",
      "entities": {
        "hashtags": [],
        "urls": []
      }
    }
  },
  {
    "tweet": {
      "id_str": "1934000000000000005",
      "id": "1934000000000000005",
      "created_at": "Mon Jun 16 15:00:00 +0000 2025",
      "full_text": "Before and after https://t.co/pics000001",
      "lang": "en",
      "favorite_count": "2",
      "retweet_count": "0",
      "entities": {
        "hashtags": [],
        "urls": []
      },
      "extended_entities": {
        "media": [
          {
            "type": "photo",
            "media_url_https": "https://pbs.twimg.example/media/Before.png",
            "url": "https://t.co/pics000001",
            "ext_alt_text": "The bank before"
          },
          {
            "type": "photo",
            "media_url_https": "https://pbs.twimg.example/media/After.png",
            "url": "https://t.co/pics000001"
          }
        ]
      }
    }
  },
  {
    "tweet": {
      "id_str": "1934000000000000006",
      "id": "1934000000000000006",
      "created_at": "Thu Jan 01 00:00:00 +0000 1970",
      "full_text": "A post of 1970",
      "lang": "en",
      "favorite_count": "2",
      "retweet_count": "0",
      "entities": {
        "hashtags": [],
        "urls": []
      }
    }
  },
  {
    "tweet": {
      "full_text": "no id"
    }
  }
, {"tweet": {"id_str": "1934000000000000007", "created_at": "Mon Jun 16 16:00:00 +0000 2025", "full_text": "half an emoji \ud83d"}}, {"tweet": {"id_str": "19340000
