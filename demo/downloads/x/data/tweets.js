window.YTD.tweets.part0 = [
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1890000000000000001"
          ],
          "editableUntil": "2025-03-14T12:00:00.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [
          {
            "text": "MapleFalls",
            "indices": [
              "0",
              "1"
            ]
          },
          {
            "text": "flood",
            "indices": [
              "0",
              "1"
            ]
          }
        ],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "93"
      ],
      "favorite_count": "3",
      "id_str": "1890000000000000001",
      "truncated": false,
      "retweet_count": "1",
      "id": "1890000000000000001",
      "created_at": "Wed Mar 12 13:05:00 +0000 2025",
      "favorited": false,
      "full_text": "Oak Street is closed between 3rd and 5th Avenue: water on the road. Please use River Road. \ud83d\udea7\ud83c\udf0a",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1890000000000000002"
          ],
          "editableUntil": "2025-03-14T12:00:00.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "94"
      ],
      "favorite_count": "21",
      "id_str": "1890000000000000002",
      "truncated": false,
      "retweet_count": "1",
      "id": "1890000000000000002",
      "created_at": "Wed Mar 12 15:30:00 +0000 2025",
      "favorited": false,
      "full_text": "Crews are at Oak Street with pumps &amp; sandbags. Photo: Public Works https://t.co/pic0000001",
      "lang": "en",
      "extended_entities": {
        "media": [
          {
            "id_str": "1890000000000000200",
            "type": "photo",
            "media_url_https": "https://pbs.twimg.example/media/GkFlood01.png",
            "url": "https://t.co/pic0000001",
            "expanded_url": "https://x.com/CityOfMapleFalls/status/1890000000000000002/photo/1",
            "ext_alt_text": "Brown water stands across Oak Street between two houses"
          }
        ]
      }
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1890000000000000003"
          ],
          "editableUntil": "2025-03-14T12:00:00.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": [
          {
            "url": "https://t.co/abc0000001",
            "expanded_url": "https://maple-falls.example/flood",
            "display_url": "maple-falls.example/flood",
            "indices": [
              "90",
              "113"
            ]
          }
        ]
      },
      "display_text_range": [
        "0",
        "119"
      ],
      "favorite_count": "3",
      "id_str": "1890000000000000003",
      "truncated": false,
      "retweet_count": "1",
      "id": "1890000000000000003",
      "created_at": "Wed Mar 12 18:00:00 +0000 2025",
      "favorited": false,
      "full_text": "Shelter is open at Lincoln School, 400 Oak Street. Bring medicine and a phone charger. Details: https://t.co/abc0000001",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "edit": {
          "initialTweetId": "1890000000000000003",
          "editControlInitial": {
            "editTweetIds": [
              "1890000000000000003",
              "1890000000000000004"
            ],
            "editableUntil": "2025-03-12T19:00:00.000Z",
            "editsRemaining": "4",
            "isEditEligible": true
          }
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": [
          {
            "url": "https://t.co/abc0000001",
            "expanded_url": "https://maple-falls.example/flood",
            "display_url": "maple-falls.example/flood",
            "indices": [
              "100",
              "123"
            ]
          }
        ]
      },
      "display_text_range": [
        "0",
        "129"
      ],
      "favorite_count": "3",
      "id_str": "1890000000000000004",
      "truncated": false,
      "retweet_count": "1",
      "id": "1890000000000000004",
      "created_at": "Wed Mar 12 18:20:00 +0000 2025",
      "favorited": false,
      "full_text": "Shelter is open at Lincoln School, 410 Oak Street (not 400). Bring medicine and a phone charger. Details: https://t.co/abc0000001",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1890000000000000005"
          ],
          "editableUntil": "2025-03-14T12:00:00.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "90"
      ],
      "favorite_count": "3",
      "id_str": "1890000000000000005",
      "truncated": false,
      "retweet_count": "1",
      "id": "1890000000000000005",
      "created_at": "Wed Mar 12 19:02:00 +0000 2025",
      "favorited": false,
      "full_text": "@river_resident Yes, pets are welcome at the shelter. Please bring a leash or a carrier. \ud83d\udc15",
      "lang": "en",
      "in_reply_to_status_id_str": "1889999999999999000",
      "in_reply_to_screen_name": "river_resident",
      "in_reply_to_user_id_str": "55501"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1890000000000000006"
          ],
          "editableUntil": "2025-03-14T12:00:00.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [
          {
            "text": "MapleFalls",
            "indices": [
              "0",
              "1"
            ]
          }
        ],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "56"
      ],
      "favorite_count": "88",
      "id_str": "1890000000000000006",
      "truncated": false,
      "retweet_count": "1",
      "id": "1890000000000000006",
      "created_at": "Sat Mar 15 14:00:00 +0000 2025",
      "favorited": false,
      "full_text": "Oak Street is open again. Thank you to all who helped! \ud83c\udf89",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1890000000000000007"
          ],
          "editableUntil": "2025-03-14T12:00:00.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "53"
      ],
      "favorite_count": "3",
      "id_str": "1890000000000000007",
      "truncated": false,
      "retweet_count": "1",
      "id": "1890000000000000007",
      "created_at": "Sat Mar 15 14:05:00 +0000 2025",
      "favorited": false,
      "full_text": "La calle Oak est\u00e1 abierta otra vez. \u00a1Gracias a todos!",
      "lang": "es"
    }
  }
]
