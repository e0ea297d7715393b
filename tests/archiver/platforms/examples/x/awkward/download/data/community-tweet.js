window.YTD.community_tweet.part0 = [
  {
    "tweet": {
      "id_str": "1934000000000000008",
      "id": "1934000000000000008",
      "created_at": "Mon Jun 16 15:00:00 +0000 2025",
      "full_text": "To the river friends: thank you!",
      "lang": "en",
      "favorite_count": "2",
      "retweet_count": "0",
      "entities": {
        "hashtags": [],
        "urls": []
      },
      "community_id": "500"
    }
  }
]
